-- Lines of all that is structure in the relations $1 (oids as '{1,2}'), for one number of them (message.c): nothing in it changes when rows go and
-- sequences restart. Expressions are texts, because only that can be hashed.
with o (oid) as (select pg_catalog.unnest($1::oid[])),
lines (line) as (
  select row(text 'relation', c.oid, c.relname, c.relnamespace, c.relowner, c.relkind, c.relpersistence, c.relam, c.reltablespace,
                        c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispartition, c.relacl, c.reloptions, c.relpartbound::text)
    from o join pg_catalog.pg_class c on c.oid = o.oid
  union all
  select row(text 'column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attidentity, a.attgenerated,
                        a.attcollation, a.attstorage, a.attacl, a.attoptions, d.adbin::text)
    from o join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  union all
  select row(text 'constraint', c.oid, c.conname, c.contype, c.convalidated, c.condeferrable, c.condeferred, c.conkey, c.confrelid, c.confkey,
                        c.confupdtype, c.confdeltype, c.conbin::text)
    from o join pg_catalog.pg_constraint c on c.conrelid = o.oid
  union all
  select row(text 'policy', p.polrelid, p.polname, p.polcmd, p.polpermissive, p.polroles, p.polqual::text, p.polwithcheck::text)
    from o join pg_catalog.pg_policy p on p.polrelid = o.oid
  union all
  select row(text 'trigger', t.oid, t.tgname, t.tgenabled, t.tgfoid, t.tgtype, t.tgqual::text)
    from o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
  union all
  -- those of foreign keys once a kind: each chunk that references a table has its own there, which go with the chunk
  select distinct row(text 'key', t.tgrelid, t.tgfoid, t.tgtype, t.tgenabled)
    from o join pg_catalog.pg_trigger t on t.tgrelid = o.oid and t.tgisinternal
  union all
  select row(text 'index', i.indexrelid, c.relname, c.reloptions, i.indisunique, i.indisvalid, i.indisreplident, i.indkey, i.indexprs::text, i.indpred::text)
    from o join pg_catalog.pg_index i on i.indrelid = o.oid
    join pg_catalog.pg_class c on c.oid = i.indexrelid
  union all
  select row(text 'rule', r.oid, r.rulename, r.ev_type, r.ev_enabled)
    from o join pg_catalog.pg_rewrite r on r.ev_class = o.oid
  union all
  select row(text 'parent', i.inhrelid, i.inhparent)
    from o join pg_catalog.pg_inherits i on i.inhrelid = o.oid
  union all
  select row(text 'sequence', s.seqrelid, s.seqtypid, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)
    from o join pg_catalog.pg_sequence s on s.seqrelid = o.oid
)
