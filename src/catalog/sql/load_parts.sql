-- What stands on a table: constraints, indexes, triggers, rules, policies. What a partition only has from its parent is told with the parent, and an
-- index with the constraint that made it.
with relations as materialized (
  select c.oid, n.nspname, c.relname, c.relispartition
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.oid >= 16384
     and c.relkind in ('r', 'p', 'f', 'v', 'm')
     and n.nspname <> 'pgtend' and n.nspname !~ '^(pg_|_timescaledb_)'
     and not exists (select from pg_catalog.pg_depend e
                      where e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid and e.deptype = 'e')
)
select 'constraint' as kind, r.nspname as schema, r.relname as parent, o.conname as name,
       pg_catalog.concat_ws(', ', pg_catalog.pg_get_constraintdef(o.oid),
         'with (' || (select pg_catalog.string_agg(p.option, ', ' order by p.option)
                        from pg_catalog.pg_class i, pg_catalog.unnest(i.reloptions) p (option)
                       where i.oid = o.conindid and o.contype in ('p', 'u', 'x')) || ')',
         'tablespace ' || (select pg_catalog.quote_ident(p.spcname) from pg_catalog.pg_class i join pg_catalog.pg_tablespace p on p.oid = i.reltablespace
                            where i.oid = o.conindid and o.contype in ('p', 'u', 'x')),
         case when o.contype in ('p', 'u', 'x') and exists (select from pg_catalog.pg_index x where x.indexrelid = o.conindid and x.indisclustered)
              then 'clustered on' end) as definition
  from relations r
  join pg_catalog.pg_constraint o on o.conrelid = r.oid
 where o.contype in ('c', 'f', 'p', 'u', 'x') and o.conparentid = 0 and o.conislocal
   and not (r.relispartition and o.coninhcount > 0)
   -- to a chunk of a hypertable: made with it
   and not exists (select from pg_catalog.pg_class f join pg_catalog.pg_namespace fn on fn.oid = f.relnamespace
                    where f.oid = o.confrelid and fn.nspname ~ '^_timescaledb_')
union all
select 'index', r.nspname, r.relname, i.relname,
       pg_catalog.concat_ws(', ', pg_catalog.pg_get_indexdef(x.indexrelid),
         'tablespace ' || (select pg_catalog.quote_ident(p.spcname) from pg_catalog.pg_tablespace p where p.oid = i.reltablespace),
         case when not x.indisvalid then 'not valid' end,
         case when x.indisclustered then 'clustered on' end,
         (select pg_catalog.string_agg(pg_catalog.format('statistics of column %s: %s', a.attnum, a.attstattarget), ', ' order by a.attnum)
            from pg_catalog.pg_attribute a where a.attrelid = i.oid and a.attstattarget >= 0))
  from relations r
  join pg_catalog.pg_index x on x.indrelid = r.oid
  join pg_catalog.pg_class i on i.oid = x.indexrelid
 where not i.relispartition
   and not exists (select from pg_catalog.pg_constraint o where o.conindid = x.indexrelid and o.contype in ('p', 'u', 'x') and o.conrelid = r.oid)
union all
select 'trigger', r.nspname, r.relname, t.tgname,
       pg_catalog.concat_ws(', ', pg_catalog.pg_get_triggerdef(t.oid),
         case t.tgenabled when 'D' then 'disabled' when 'R' then 'in replica role only' when 'A' then 'always' end)
  from relations r
  join pg_catalog.pg_trigger t on t.tgrelid = r.oid
  join pg_catalog.pg_proc p on p.oid = t.tgfoid
  join pg_catalog.pg_namespace pn on pn.oid = p.pronamespace
 where pn.nspname !~ '^_timescaledb_'
   and (not t.tgisinternal and t.tgparentid = 0
        -- a partition's own switch; those of foreign keys have the key's
        or p.proname !~ '^(RI_FKey_|unique_key_recheck$)'
           and t.tgenabled <> (select q.tgenabled from pg_catalog.pg_trigger q where q.oid = t.tgparentid))
union all
select 'rule', r.nspname, r.relname, w.rulename,
       pg_catalog.concat_ws(', ', pg_catalog.pg_get_ruledef(w.oid),
         case w.ev_enabled when 'D' then 'disabled' when 'R' then 'in replica role only' when 'A' then 'always' end)
  from relations r
  join pg_catalog.pg_rewrite w on w.ev_class = r.oid
 where w.rulename <> '_RETURN'
union all
select 'policy', r.nspname, r.relname, p.polname,
       pg_catalog.concat_ws(' ', case when p.polpermissive then 'permissive' else 'restrictive' end, 'for',
         case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end, 'to',
         case when p.polroles = '{0}' then 'public'
              else (select pg_catalog.string_agg(pg_catalog.quote_ident(g.rolname), ', ' order by g.rolname)
                      from pg_catalog.pg_roles g where g.oid = any (p.polroles)) end,
         'using (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
         'with check (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')')
  from relations r
  join pg_catalog.pg_policy p on p.polrelid = r.oid
