-- The system identifier that initdb gave the cluster: with the database's oid, what a guard pins before it acts.
select system_identifier from pg_control_system()
