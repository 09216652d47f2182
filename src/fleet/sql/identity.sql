-- Which database answers, behind which system identifier: what a guard pins before it acts.
select current_database() as dbname,
       (select oid from pg_database where datname = current_database()) as oid,
       (select system_identifier from pg_control_system()) as system_identifier;
