-- The settings of this session's database, as statements for the database $1: what migrations make depends on some of them (search_path, timezone).
-- Settings that are lists of names are lists of texts in a statement.
with setting as (
  select pg_catalog.split_part(c.item, '=', 1) as name, pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) as value
    from pg_catalog.pg_database d
    join pg_catalog.pg_db_role_setting s on s.setdatabase = d.oid and s.setrole = 0, pg_catalog.unnest(s.setconfig) as c (item)
   where d.datname = pg_catalog.current_database()
)
select pg_catalog.format('ALTER DATABASE %I SET %I TO %s', $1::text, name,
         case when name in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
              then coalesce((select pg_catalog.string_agg(pg_catalog.quote_literal(coalesce(pg_catalog.replace(m.part[1], '""', '"'), pg_catalog.btrim(m.part[2]))), ', '
                                                          order by m.place)
                               from pg_catalog.regexp_matches(value, '"((?:[^"]|"")*)"|([^",\s][^",]*)', 'g') with ordinality as m (part, place)), '''''')
              else pg_catalog.quote_literal(value) end) as statement
  from setting
 where name <> 'timescaledb.restoring'
