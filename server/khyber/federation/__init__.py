"""Federation: what SERVICE and LOAD reach outside goes through one small process, the forwarder."""
