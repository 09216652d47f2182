-- One hash over the structure of this database: for whoever empties it and wants to know that nothing else has changed between two moments.
-- Not for comparing databases: everything is known by its number and by the transaction that wrote its row (xmin), so that nothing need be
-- spelled. Tables, columns, defaults, constraints, indexes, sequences, views, rules, triggers, policies, functions, types, schemas, extensions,
-- publications, comments, owners and grants.
-- Rows of pg_class, pg_index and pg_sequence are spelled instead, because TRUNCATE, RESTART, REFRESH and ANALYZE write them; what they may write
-- is left out: files, sizes, statistics, whether a materialized view is filled. (An index that is not valid stays so, also through TRUNCATE.)
-- Left out as well: the schema pgtend, and TimescaleDB's chunks, which come and go with their rows (digest_timescale.sql has the rest of it).
-- Numbers below 16384 are the server's own.
with own as materialized (
  select c.oid
    from pg_catalog.pg_class c
   where c.relnamespace in (select n.oid from pg_catalog.pg_namespace n where n.nspname ~ '^(_timescaledb_|pg_temp)' or n.nspname = 'pgtend')
  union
  select h.inhrelid
    from pg_catalog.pg_trigger g join pg_catalog.pg_inherits h on h.inhparent = g.tgrelid
   where g.tgname = 'ts_insert_blocker'
), relations as materialized (
  select c.oid, c.relname, c.relnamespace, c.relkind, c.relpersistence, c.relowner, c.relacl, c.reloptions, c.relrowsecurity, c.relforcerowsecurity,
         c.relreplident, c.relam, c.reltablespace, c.relispartition, c.relpartbound
    from pg_catalog.pg_class c
   where c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I')
     and c.oid not in (select oid from own)
), numbered (part, oid, number, transaction) as (
  select 'column', a.attrelid, a.attnum::bigint, a.xmin from relations r join pg_catalog.pg_attribute a on a.attrelid = r.oid where a.attnum > 0
  union all select 'default', d.adrelid, d.oid::bigint, d.xmin from relations r join pg_catalog.pg_attrdef d on d.adrelid = r.oid
  union all select 'constraint', o.oid, 0, o.xmin from pg_catalog.pg_constraint o
             where o.oid >= 16384 and o.conrelid not in (select oid from own) and o.confrelid not in (select oid from own)
  union all select 'trigger', t.oid, 0, t.xmin from pg_catalog.pg_trigger t
             where t.tgrelid not in (select oid from own) and t.tgconstrrelid not in (select oid from own)
  union all select 'parent', h.inhrelid, h.inhparent::bigint, h.xmin from relations r join pg_catalog.pg_inherits h on h.inhrelid = r.oid
  union all select 'partitioned', p.partrelid, 0, p.xmin from pg_catalog.pg_partitioned_table p
  union all select 'rule', w.oid, 0, w.xmin from relations r join pg_catalog.pg_rewrite w on w.ev_class = r.oid
  union all select 'policy', p.oid, 0, p.xmin from pg_catalog.pg_policy p
  union all select 'function', p.oid, 0, p.xmin from pg_catalog.pg_proc p where p.oid >= 16384
  union all select 'type', t.oid, 0, t.xmin from pg_catalog.pg_type t where t.oid >= 16384 and t.typtype in ('e', 'd', 'r')
  union all select 'label', e.oid, 0, e.xmin from pg_catalog.pg_enum e
  union all select 'schema', n.oid, 0, n.xmin from pg_catalog.pg_namespace n where n.nspname !~ '^pg_(toast_)?temp_'
  union all select 'extension', x.oid, 0, x.xmin from pg_catalog.pg_extension x
  union all select 'statistics', s.oid, 0, s.xmin from pg_catalog.pg_statistic_ext s
  union all select 'publication', p.oid, 0, p.xmin from pg_catalog.pg_publication p
  union all select 'published', p.prpubid, p.prrelid::bigint, p.xmin from pg_catalog.pg_publication_rel p
  union all select 'event trigger', v.oid, 0, v.xmin from pg_catalog.pg_event_trigger v
  union all select 'comment', d.objoid, d.objsubid::bigint, d.xmin from pg_catalog.pg_description d
             where d.objoid >= 16384 and d.objoid not in (select oid from own)
), facts (fact) as (
  select (part, transaction, pg_catalog.count(*), pg_catalog.sum(oid::bigint * 7 + number * 31))::text from numbered group by part, transaction
  union all select r::text from relations r
  union all select (i.indexrelid, i.indrelid, i.indisunique, i.indisprimary, i.indisexclusion, i.indimmediate, i.indisclustered, i.indisreplident, i.indisvalid, i.indkey,
                    i.indclass)::text
              from relations r join pg_catalog.pg_index i on i.indexrelid = r.oid
  union all select s::text from relations r join pg_catalog.pg_sequence s on s.seqrelid = r.oid
)
select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(fact, E'\n' order by fact collate "C"),
         pg_catalog.getdatabaseencoding())), 'hex') as digest,
       exists (select from pg_catalog.pg_extension where extname = 'timescaledb') as has_timescaledb
  from facts;
