-- How old the oldest transaction and the oldest multixact of each database are, templates too: any of them stops the whole server when it is too old.
-- Autovacuum freezes by force from autovacuum_freeze_max_age on; new transactions are refused 3 million before the end (before 14: 1 million).
select d.datname as dbname, d.oid, age(d.datfrozenxid) as xid_age, mxid_age(d.datminmxid) as multixact_age,
       current_setting('autovacuum_freeze_max_age')::bigint as freeze_max_age,
       current_setting('autovacuum_multixact_freeze_max_age')::bigint as multixact_freeze_max_age,
       s.refused - age(d.datfrozenxid) as xids_left, s.refused - mxid_age(d.datminmxid) as multixacts_left,
       greatest(age(d.datfrozenxid), mxid_age(d.datminmxid))::float8 / s.refused as used,
       d.datallowconn as is_open
from pg_database d
cross join (select 2147483648 - case when current_setting('server_version_num')::int >= 140000 then 3000000 else 1000000 end as refused) s
order by greatest(age(d.datfrozenxid), mxid_age(d.datminmxid)) desc, d.datname
