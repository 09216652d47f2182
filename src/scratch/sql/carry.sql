-- What belongs to the database $1 itself and to nothing in it, as statements for the database $2: owner, privileges, settings, limits. $3: only settings.
-- What the dump gave to $2 beyond it is taken back: who may no longer connect shall not by way of an old dump. timescaledb.restoring never travels. Settings that are lists of names are lists of texts in a statement.
with live as (
  select d.*, pg_catalog.pg_get_userbyid(d.datdba) as owner from pg_catalog.pg_database d where d.datname = $1::text
), setting as (
  select s.setrole,
         pg_catalog.split_part(c.item, '=', 1) as name,
         pg_catalog.substr(c.item, pg_catalog.strpos(c.item, '=') + 1) as value
    from live l
    join pg_catalog.pg_db_role_setting s on s.setdatabase = l.oid, pg_catalog.unnest(s.setconfig) as c(item)
), worded as (
  select setrole,
         name,
         case when name in ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries', 'unix_socket_directories')
              then coalesce((select pg_catalog.string_agg(pg_catalog.quote_literal(coalesce(pg_catalog.replace(m.part[1], '""', '"'), pg_catalog.btrim(m.part[2]))), ', '
                                                          order by m.place)
                               from pg_catalog.regexp_matches(value, '"((?:[^"]|"")*)"|([^",\s][^",]*)', 'g') with ordinality as m(part, place)), '''''')
              else pg_catalog.quote_literal(value)
         end as value
    from setting
   where name <> 'timescaledb.restoring'
)
select t.statement
  from (select 1 as place, pg_catalog.format('ALTER DATABASE %I OWNER TO %I', $2::text, l.owner) as statement
          from live l
         where l.datdba is distinct from (select d.datdba from pg_catalog.pg_database d where d.datname = $2::text)
        union all
        select 2, pg_catalog.format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $2) from live
        union
        select 2, pg_catalog.format('REVOKE ALL ON DATABASE %I FROM %I CASCADE', $2::text, pg_catalog.pg_get_userbyid(a.grantee))
          from live l, pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) as a
         where d.datname = $2::text
           and a.grantee not in (0, d.datdba, l.datdba)
        union all
        select 3, pg_catalog.format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', $2) from live l where l.datacl is null
        union all
        select 3, pg_catalog.format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, $2::text,
                                    case a.grantee when 0 then 'PUBLIC' else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) end,
                                    case when a.is_grantable then ' WITH GRANT OPTION' else '' end)
          from live l, pg_catalog.aclexplode(l.datacl) as a
        union all
        select 4, pg_catalog.format('ALTER DATABASE %I RESET ALL', $2) from live
        union all
        select 4, pg_catalog.format('ALTER ROLE %I IN DATABASE %I RESET ALL', pg_catalog.pg_get_userbyid(s.setrole), $2::text)
          from pg_catalog.pg_db_role_setting s
          join pg_catalog.pg_database d on d.oid = s.setdatabase
         where d.datname = $2::text
           and s.setrole <> 0
        union all
        select 5, pg_catalog.format('ALTER DATABASE %I SET %I TO %s', $2::text, w.name, w.value) from worded w where w.setrole = 0
        union all
        select 6, pg_catalog.format('ALTER ROLE %I IN DATABASE %I SET %I TO %s', pg_catalog.pg_get_userbyid(w.setrole), $2::text, w.name, w.value)
          from worded w
         where w.setrole <> 0
        union all
        select 7, pg_catalog.format('ALTER DATABASE %I CONNECTION LIMIT %s', $2::text, l.datconnlimit) from live l) as t
 where not $3::bool or t.place in (4, 5, 6)
 order by t.place, t.statement
