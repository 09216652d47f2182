-- The rest of what can be made in a database. Members of extensions are left out at the end, by class and number. Options of user mappings (passwords)
-- and the address of a subscription are not read.
with found (class, oid, kind, schema, name, definition) as (
  select 'pg_catalog.pg_namespace'::pg_catalog.regclass, n.oid, 'schema', null::text, n.nspname::text, ''
    from pg_catalog.pg_namespace n where n.nspname <> 'pgtend' and n.nspname !~ '^(pg_|_timescaledb_|timescaledb_)' and n.nspname <> 'information_schema'
  union all
  select 'pg_catalog.pg_extension'::pg_catalog.regclass, x.oid, 'extension', null, x.extname, x.extversion || ' in ' || pg_catalog.quote_ident(n.nspname)
    from pg_catalog.pg_extension x join pg_catalog.pg_namespace n on n.oid = x.extnamespace
  union all
  select 'pg_catalog.pg_collation'::pg_catalog.regclass, l.oid, 'collation', n.nspname, l.collname,
         (pg_catalog.to_jsonb(l) - array['oid', 'collname', 'collnamespace', 'collowner', 'collversion'])::text
    from pg_catalog.pg_collation l join pg_catalog.pg_namespace n on n.oid = l.collnamespace where l.oid >= 16384
  union all
  select 'pg_catalog.pg_conversion'::pg_catalog.regclass, v.oid, 'conversion', n.nspname, v.conname,
         pg_catalog.concat_ws(' ', pg_catalog.pg_encoding_to_char(v.conforencoding), 'to', pg_catalog.pg_encoding_to_char(v.contoencoding), 'by', v.conproc,
           case when v.condefault then 'default' end)
    from pg_catalog.pg_conversion v join pg_catalog.pg_namespace n on n.oid = v.connamespace where v.oid >= 16384
  union all
  select 'pg_catalog.pg_operator'::pg_catalog.regclass, o.oid, 'operator', n.nspname,
         pg_catalog.format('%s(%s, %s)', o.oprname, coalesce(pg_catalog.format_type(nullif(o.oprleft, 0), null), 'none'), pg_catalog.format_type(o.oprright, null)),
         pg_catalog.concat_ws(' ', 'by', o.oprcode, 'to', pg_catalog.format_type(o.oprresult, null),
           case when o.oprcom <> 0 then 'commutator ' || o.oprcom::pg_catalog.regoperator::text end,
           case when o.oprnegate <> 0 then 'negator ' || o.oprnegate::pg_catalog.regoperator::text end,
           case when o.oprrest::oid <> 0 then 'restrict ' || o.oprrest::text end, case when o.oprjoin::oid <> 0 then 'join ' || o.oprjoin::text end,
           case when o.oprcanhash then 'hashes' end, case when o.oprcanmerge then 'merges' end)
    from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace where o.oid >= 16384
  union all
  select 'pg_catalog.pg_opclass'::pg_catalog.regclass, o.oid, 'operator class', n.nspname, o.opcname || ' using ' || m.amname,
         pg_catalog.concat_ws(' ', 'for', pg_catalog.format_type(o.opcintype, null), case when o.opcdefault then 'default' end,
           'storage ' || pg_catalog.format_type(nullif(o.opckeytype, 0), null),
           'family ' || (select pg_catalog.format('%I.%I', fn.nspname, f.opfname)
                           from pg_catalog.pg_opfamily f join pg_catalog.pg_namespace fn on fn.oid = f.opfnamespace where f.oid = o.opcfamily),
           (select pg_catalog.string_agg(a.amopstrategy || ' ' || a.amopopr::pg_catalog.regoperator::text, ', ' order by a.amopstrategy, a.amopopr::pg_catalog.regoperator::text)
              from pg_catalog.pg_amop a where a.amopfamily = o.opcfamily and a.amoplefttype = o.opcintype),
           (select pg_catalog.string_agg(a.amprocnum || ' ' || a.amproc::pg_catalog.regprocedure::text, ', ' order by a.amprocnum, a.amproc::pg_catalog.regprocedure::text)
              from pg_catalog.pg_amproc a where a.amprocfamily = o.opcfamily and a.amproclefttype = o.opcintype))
    from pg_catalog.pg_opclass o join pg_catalog.pg_namespace n on n.oid = o.opcnamespace join pg_catalog.pg_am m on m.oid = o.opcmethod where o.oid >= 16384
  union all
  select 'pg_catalog.pg_opfamily'::pg_catalog.regclass, f.oid, 'operator family', n.nspname, f.opfname || ' using ' || m.amname,
         pg_catalog.concat_ws(' ',
           (select pg_catalog.string_agg(a.amopstrategy || ' ' || a.amopopr::pg_catalog.regoperator::text, ', ' order by a.amopstrategy, a.amopopr::pg_catalog.regoperator::text)
              from pg_catalog.pg_amop a where a.amopfamily = f.oid),
           (select pg_catalog.string_agg(a.amprocnum || ' ' || a.amproc::pg_catalog.regprocedure::text, ', ' order by a.amprocnum, a.amproc::pg_catalog.regprocedure::text)
              from pg_catalog.pg_amproc a where a.amprocfamily = f.oid))
    from pg_catalog.pg_opfamily f join pg_catalog.pg_namespace n on n.oid = f.opfnamespace join pg_catalog.pg_am m on m.oid = f.opfmethod where f.oid >= 16384
  union all
  select 'pg_catalog.pg_cast'::pg_catalog.regclass, a.oid, 'cast', null,
         pg_catalog.format('%s as %s', pg_catalog.format_type(a.castsource, null), pg_catalog.format_type(a.casttarget, null)),
         pg_catalog.concat_ws(' ', case when a.castfunc <> 0 then 'by ' || a.castfunc::pg_catalog.regprocedure::text end,
           case a.castmethod when 'b' then 'binary' when 'i' then 'inout' end, case a.castcontext when 'i' then 'implicit' when 'a' then 'in assignments' else 'explicit' end)
    from pg_catalog.pg_cast a where a.oid >= 16384
  union all
  select 'pg_catalog.pg_ts_config'::pg_catalog.regclass, f.oid, 'text search configuration', n.nspname, f.cfgname,
         pg_catalog.concat_ws(' ', 'parser', (select p.prsname from pg_catalog.pg_ts_parser p where p.oid = f.cfgparser),
           (select pg_catalog.string_agg(m.maptokentype || ': ' || m.mapdict::pg_catalog.regdictionary::text, ', ' order by m.maptokentype, m.mapseqno)
              from pg_catalog.pg_ts_config_map m where m.mapcfg = f.oid))
    from pg_catalog.pg_ts_config f join pg_catalog.pg_namespace n on n.oid = f.cfgnamespace where f.oid >= 16384
  union all
  select 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, d.oid, 'text search dictionary', n.nspname, d.dictname,
         pg_catalog.concat_ws(' ', 'template', (select t.tmplname from pg_catalog.pg_ts_template t where t.oid = d.dicttemplate), d.dictinitoption)
    from pg_catalog.pg_ts_dict d join pg_catalog.pg_namespace n on n.oid = d.dictnamespace where d.oid >= 16384
  union all
  select 'pg_catalog.pg_ts_parser'::pg_catalog.regclass, p.oid, 'text search parser', n.nspname, p.prsname,
         pg_catalog.concat_ws(' ', p.prsstart, p.prstoken, p.prsend, p.prslextype)
    from pg_catalog.pg_ts_parser p join pg_catalog.pg_namespace n on n.oid = p.prsnamespace where p.oid >= 16384
  union all
  select 'pg_catalog.pg_ts_template'::pg_catalog.regclass, t.oid, 'text search template', n.nspname, t.tmplname, pg_catalog.concat_ws(' ', t.tmplinit, t.tmpllexize)
    from pg_catalog.pg_ts_template t join pg_catalog.pg_namespace n on n.oid = t.tmplnamespace where t.oid >= 16384
  union all
  select 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass, s.oid, 'statistics', n.nspname, s.stxname,
         pg_catalog.concat_ws(', ', pg_catalog.pg_get_statisticsobjdef(s.oid), case when s.stxstattarget >= 0 then 'target ' || s.stxstattarget end)
    from pg_catalog.pg_statistic_ext s join pg_catalog.pg_namespace n on n.oid = s.stxnamespace
    join pg_catalog.pg_class c on c.oid = s.stxrelid join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace where cn.nspname !~ '^_timescaledb_'
  union all
  select 'pg_catalog.pg_publication'::pg_catalog.regclass, p.oid, 'publication', null, p.pubname,
         pg_catalog.concat_ws(' ', case when p.puballtables then 'for all tables' end,
           case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end, case when p.pubdelete then 'delete' end,
           case when p.pubtruncate then 'truncate' end, case when p.pubviaroot then 'via root' end,
           -- row filters and lists of columns are known from 15 on, generated columns from 18 on
           case when coalesce(pg_catalog.to_jsonb(p) ->> 'pubgencols', 'n') <> 'n' then 'generated columns' end,
           (select 'tables ' || pg_catalog.string_agg(pg_catalog.concat_ws(' ', r.prrelid::pg_catalog.regclass,
                     '(' || (select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attname)
                               from pg_catalog.pg_attribute a
                              where a.attrelid = r.prrelid
                                and a.attnum = any (pg_catalog.string_to_array(pg_catalog.to_jsonb(r) ->> 'prattrs', ' ')::smallint[])) || ')',
                     'where ' || pg_catalog.pg_get_expr((pg_catalog.to_jsonb(r) ->> 'prqual')::pg_catalog.pg_node_tree, r.prrelid)),
                   ', ' order by r.prrelid::pg_catalog.regclass::text)
              from pg_catalog.pg_publication_rel r where r.prpubid = p.oid),
           -- pg_publication_namespace, which 13 and 14 do not have, by what it depends on
           (select 'schemas ' || pg_catalog.string_agg(pg_catalog.quote_ident(n.nspname), ', ' order by n.nspname)
              from pg_catalog.pg_depend d
              join pg_catalog.pg_depend e on e.classid = d.classid and e.objid = d.objid and e.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
              join pg_catalog.pg_namespace n on n.oid = e.refobjid
             where d.refclassid = 'pg_catalog.pg_publication'::pg_catalog.regclass and d.refobjid = p.oid
               and d.classid = pg_catalog.to_regclass('pg_catalog.pg_publication_namespace')))
    from pg_catalog.pg_publication p
  union all
  select 'pg_catalog.pg_subscription'::pg_catalog.regclass, s.oid, 'subscription', null, s.subname, 'publications ' || pg_catalog.array_to_string(s.subpublications, ', ')
    from pg_catalog.pg_subscription s where s.subdbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  union all
  select 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, v.oid, 'event trigger', null, v.evtname,
         pg_catalog.concat_ws(' ', 'on', v.evtevent, 'when tag in (' || pg_catalog.array_to_string(v.evttags, ', ') || ')', 'execute', v.evtfoid::pg_catalog.regprocedure,
           case v.evtenabled when 'D' then 'disabled' when 'R' then 'in replica role only' when 'A' then 'always' end)
    from pg_catalog.pg_event_trigger v
  union all
  select 'pg_catalog.pg_language'::pg_catalog.regclass, l.oid, 'language', null, l.lanname, 
         pg_catalog.concat_ws(' ', case when l.lanpltrusted then 'trusted' else 'not trusted' end,
           case when l.lanplcallfoid <> 0 then 'handler ' || l.lanplcallfoid::pg_catalog.regprocedure::text end,
           case when l.laninline <> 0 then 'inline ' || l.laninline::pg_catalog.regprocedure::text end,
           case when l.lanvalidator <> 0 then 'validator ' || l.lanvalidator::pg_catalog.regprocedure::text end)
    from pg_catalog.pg_language l where l.oid >= 16384
  union all
  select 'pg_catalog.pg_am'::pg_catalog.regclass, m.oid, 'access method', null, m.amname, pg_catalog.concat_ws(' ', m.amtype, m.amhandler)
    from pg_catalog.pg_am m where m.oid >= 16384
  union all
  select 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, w.oid, 'foreign data wrapper', null, w.fdwname,
         pg_catalog.concat_ws(' ', 'handler', case when w.fdwhandler <> 0 then w.fdwhandler::pg_catalog.regprocedure::text end,
           case when w.fdwvalidator <> 0 then 'validator ' || w.fdwvalidator::pg_catalog.regprocedure::text end,
           'options (' || (select pg_catalog.string_agg(o.option, ', ' order by o.option) from pg_catalog.unnest(w.fdwoptions) o (option)
                            where o.option !~* '^[^=]*(password|secret|token)') || ')')
    from pg_catalog.pg_foreign_data_wrapper w
  union all
  select 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, v.oid, 'server', null, v.srvname,
         pg_catalog.concat_ws(' ', 'wrapper', w.fdwname, v.srvtype, v.srvversion,
           'options (' || (select pg_catalog.string_agg(o.option, ', ' order by o.option) from pg_catalog.unnest(v.srvoptions) o (option)
                            where o.option !~* '^[^=]*(password|secret|token)') || ')')
    from pg_catalog.pg_foreign_server v join pg_catalog.pg_foreign_data_wrapper w on w.oid = v.srvfdw
  union all
  select 'pg_catalog.pg_user_mapping'::pg_catalog.regclass, u.umid, 'user mapping', null, u.usename || ' on ' || u.srvname, ''
    from pg_catalog.pg_user_mappings u
)
select f.kind, f.schema, null as parent, f.name, f.definition
  from found f
 where f.schema is distinct from 'pgtend'
   and not exists (select from pg_catalog.pg_depend e where e.classid = f.class and e.objid = f.oid and e.deptype = 'e')
   -- plpgsql comes with every database
   and not (f.kind = 'extension' and f.oid < 16384)
