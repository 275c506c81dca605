"""Running queries and updates in child processes that can be killed.

::

    HTTP workers ──Unix sockets──  supervisor ──control──  holder: holds the store, forks
     (client)                     (no store; time,          │
                                   turns, kills)            ├─ child: answers one job at a time
                                        └────────job────────┴─ child …

The supervisor starts before there are threads, and everything below it ends with it. A child is killed
when its query reaches a limit, and another one is forked. While nobody waits, the supervisor lends idle
children to its clients, which ask them directly, and hand over what is not answered at once. An update
runs in a child of its own, which becomes the holder when the update has succeeded, so a write is there as
a whole or not at all.

Messages between the processes are pickles: all of them are forks of one program and run as one user, and
their sockets have no names, so nobody else can connect.
"""
