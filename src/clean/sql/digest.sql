-- One number for all that is structure in the relations $1 (oids as '{1,2}'): nothing in it changes when rows go and sequences restart.
with o (oid) as (select pg_catalog.unnest($1::oid[])),
lines (line) as (
  select row('relation', c.oid, c.relname, c.relnamespace, c.relowner, c.relkind, c.relpersistence, c.relam, c.reltablespace,
                        c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relacl, c.reloptions, c.relpartbound)::text
    from o join pg_catalog.pg_class c on c.oid = o.oid
  union all
  select row('column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated,
                        a.attcollation, a.attstorage, a.attacl, a.attoptions, d.adbin)::text
    from o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select row('constraint', c.oid, c.conname, c.contype, c.convalidated, c.condeferrable, c.condeferred, c.conkey, c.confrelid, c.confkey,
                        c.confupdtype, c.confdeltype, c.conbin)::text
    from o join pg_catalog.pg_constraint c on c.conrelid = o.oid
  union all
  select row('policy', p.polrelid, p.polname, p.polcmd, p.polpermissive, p.polroles, p.polqual, p.polwithcheck)::text
    from o join pg_catalog.pg_policy p on p.polrelid = o.oid
  union all
  select row('trigger', t.oid, t.tgname, t.tgenabled, t.tgfoid, t.tgtype, t.tgqual)::text
    from o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
  union all
  -- those of foreign keys once a kind: each chunk that references a table has its own there, which go with the chunk
  select distinct row('key', t.tgrelid, t.tgfoid, t.tgtype, t.tgenabled)::text
    from o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and t.tgisinternal
  union all
  select row('index', i.indexrelid, c.relname, c.reloptions, i.indisunique, i.indisvalid, i.indisreplident, i.indkey, i.indexprs, i.indpred)::text
    from o join pg_catalog.pg_index i on i.indrelid = o.oid
    join pg_catalog.pg_class c on c.oid = i.indexrelid
  union all
  select row('rule', r.oid, r.rulename, r.ev_type, r.ev_enabled)::text
    from o join pg_catalog.pg_rewrite r on r.ev_class = o.oid
  union all
  select row('parent', i.inhrelid, i.inhparent)::text
    from o join pg_catalog.pg_inherits i on i.inhrelid = o.oid
  union all
  select row('sequence', s.seqrelid, s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)::text
    from o join pg_catalog.pg_sequence s on s.seqrelid = o.oid
)
select pg_catalog.md5(coalesce(pg_catalog.string_agg(line, E'\n' order by line collate "C"), '')) as digest
  from lines
