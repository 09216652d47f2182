-- The biggest btree indexes, those of partitions and chunks by themselves, those of partitions with the index that they are counted into, for the estimate of what they would
-- take anew. Catalogs only, no lock.
select i.oid, x.indrelid as table_oid, case when i.relispartition then pg_partition_root(i.oid)::oid else i.oid end as root,
       i.relpages as pages, i.reltuples as rows, current_setting('block_size')::int as block, x.indkey::text as keys, x.indpred is not null as is_partial,
       coalesce((select o.option_value::int from pg_options_to_table(i.reloptions) o where o.option_name = 'fillfactor'), 90) as fill,
       not x.indisunique and x.indnatts = x.indnkeyatts
         and coalesce((select o.option_value::bool from pg_options_to_table(i.reloptions) o where o.option_name = 'deduplicate_items'), true)
         and not exists (select from unnest(x.indclass::oid[]) k(oid) join pg_opclass p on p.oid = k.oid
                         where not exists (select from pg_amproc f where f.amprocfamily = p.opcfamily and f.amproclefttype = p.opcintype and f.amprocnum = 4))
         and not exists (select from unnest(x.indcollation::oid[]) k(oid) join pg_collation o on o.oid = k.oid where not o.collisdeterministic) as is_shared
from pg_class i join pg_index x on x.indexrelid = i.oid join pg_namespace n on n.oid = i.relnamespace join pg_am a on a.oid = i.relam
where i.relkind = 'i' and a.amname = 'btree' and x.indisvalid and i.relpersistence <> 't' and i.relpages >= 128 and i.reltuples >= 0
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'pgtend') 
  and n.nspname !~ '^_timescaledb_(catalog|config|cache|functions)' and not (n.nspname = '_timescaledb_internal' and i.relname ~ '^(_?compress|_compressed)')
order by i.relpages desc
limit 500
