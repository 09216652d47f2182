-- When each index was last scanned, those of partitions for the index of their table; from PostgreSQL 16 on. Counters only, no lock.
select case when i.relispartition then pg_partition_root(i.oid)::oid else i.oid end as oid, max(pg_stat_get_lastscan(i.oid)) as last_scan
from pg_class i
where i.relkind = 'i' and i.relpersistence <> 't' and pg_stat_get_numscans(i.oid) > 0
group by 1
