-- The settings of this session's database, as statements for the database $1: what migrations make depends on some of them (search_path, timezone,
-- datestyle). Those of all roles, and what our role has in this database alone.
-- Settings that are lists of names are lists of texts in a statement.
with setting as (
  select s.setrole, pg_catalog.split_part(c.item, '=', 1) as name, pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) as value
    from pg_catalog.pg_database d
    join pg_catalog.pg_db_role_setting s on s.setdatabase = d.oid, pg_catalog.unnest(s.setconfig) as c (item)
   where d.datname = pg_catalog.current_database()
     and s.setrole in (0, (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user))
)
select pg_catalog.format('ALTER %sDATABASE %I SET %I TO %s', case setrole when 0 then '' else pg_catalog.format('ROLE %I IN ', session_user) end, $1::text, name,
         case when name in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
              then coalesce((select pg_catalog.string_agg(pg_catalog.quote_literal(coalesce(pg_catalog.replace(m.part[1], '""', '"'), pg_catalog.btrim(m.part[2]))), ', '
                                                          order by m.place)
                               from pg_catalog.regexp_matches(value, '"((?:[^"]|"")*)"|([^",\s][^",]*)', 'g') with ordinality as m (part, place)), '''''')
              else pg_catalog.quote_literal(value) end) as statement
  from setting
 where name <> 'timescaledb.restoring'
