-- From 15 on a role may be granted it: GRANT SET ON PARAMETER session_replication_role.
select pg_catalog.has_parameter_privilege('session_replication_role', 'SET') as may_replicate
