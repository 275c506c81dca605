"""The process in which the ledger and the published graph are changed, one decision at a time.

It holds no HTTP connection and no thread. What may take long, or reads what strangers sent, is done in a
process forked for it, which is killed at its limits; what changes anything is done by the desk itself, in
turn. Processes of one server talk to it over Unix sockets, in pickles: nothing else can reach them.
"""
