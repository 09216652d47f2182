-- Functions, procedures and aggregates, by name and argument types.
select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
       n.nspname as schema,
       null as parent,
       p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as name,
       case when p.prokind <> 'a' then pg_catalog.rtrim(pg_catalog.pg_get_functiondef(p.oid), E'\n')
            else pg_catalog.concat_ws(' ', pg_catalog.pg_get_function_arguments(p.oid),
              'sfunc', g.aggtransfn::pg_catalog.regprocedure, 'stype', pg_catalog.format_type(g.aggtranstype, null),
              case when g.aggfinalfn <> 0 then 'finalfunc ' || g.aggfinalfn::pg_catalog.regprocedure::text end,
              case when g.aggcombinefn <> 0 then 'combinefunc ' || g.aggcombinefn::pg_catalog.regprocedure::text end,
              case when g.aggserialfn <> 0 then 'serialfunc ' || g.aggserialfn::pg_catalog.regprocedure::text end,
              case when g.aggdeserialfn <> 0 then 'deserialfunc ' || g.aggdeserialfn::pg_catalog.regprocedure::text end,
              case when g.aggmtransfn <> 0 then 'msfunc ' || g.aggmtransfn::pg_catalog.regprocedure::text end,
              case when g.aggminvtransfn <> 0 then 'minvfunc ' || g.aggminvtransfn::pg_catalog.regprocedure::text end,
              case when g.aggsortop <> 0 then 'sortop ' || g.aggsortop::pg_catalog.regoperator::text end,
              'initcond ' || pg_catalog.quote_literal(g.agginitval),
              case when g.aggtransspace <> 0 then 'sspace ' || g.aggtransspace end,
              case when g.aggfinalextra then 'finalfunc_extra' end, 'finalfunc_modify ' || g.aggfinalmodify::text,
              case when g.aggmtranstype <> 0 then 'mstype ' || pg_catalog.format_type(g.aggmtranstype, null) end,
              case when g.aggmtransspace <> 0 then 'msspace ' || g.aggmtransspace end,
              case when g.aggmfinalfn <> 0 then 'mfinalfunc ' || g.aggmfinalfn::pg_catalog.regprocedure::text end,
              case when g.aggmfinalextra then 'mfinalfunc_extra' end, 'mfinalfunc_modify ' || g.aggmfinalmodify::text,
              'minitcond ' || pg_catalog.quote_literal(g.aggminitval),
              case g.aggkind when 'h' then 'hypothetical' when 'o' then 'ordered set' end, 'parallel ' || p.proparallel::text) end as definition
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  left join pg_catalog.pg_aggregate g on g.aggfnoid = p.oid
 where p.oid >= 16384
   and n.nspname <> 'pgtend' and n.nspname !~ '^(pg_|_timescaledb_)'
   and not exists (select from pg_catalog.pg_depend e
                    where e.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and e.objid = p.oid and e.deptype in ('e', 'i'))
