-- What the whole server knows of other databases than this one: changed by ALTER DATABASE, COMMENT ON DATABASE and their like.
select pg_catalog.md5(coalesce((select pg_catalog.string_agg(s.setdatabase::text || ' ' || s.setrole::text || ' ' || s.setconfig::text, E'\n'
                                       order by s.setdatabase, s.setrole)
                                  from pg_catalog.pg_db_role_setting s
                                 where s.setdatabase <> o.oid), '') ||
                      coalesce((select pg_catalog.string_agg(c.classoid::text || ' ' || c.objoid::text || ' ' || c.description, E'\n'
                                       order by c.classoid, c.objoid)
                                  from pg_catalog.pg_shdescription c
                                 where c.objoid <> o.oid or c.classoid <> 'pg_catalog.pg_database'::pg_catalog.regclass), '') ||
                      coalesce((select pg_catalog.string_agg(d.oid::text || ' ' || d.datname || ' ' || d.datdba::text || ' ' || d.datconnlimit::text ||
                                       ' ' || d.datallowconn::text || ' ' || coalesce(d.datacl::text, ''), E'\n' order by d.oid)
                                  from pg_catalog.pg_database d
                                 where d.oid <> o.oid), '')) as hash
  from pg_catalog.pg_database o
 where o.datname = pg_catalog.current_database()
