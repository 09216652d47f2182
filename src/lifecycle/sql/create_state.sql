-- Asked in the database itself: is it still as CREATE DATABASE left it? Then a create that was interrupted may be finished.
select pg_catalog.current_database() as dbname,
       (select pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database where datname = pg_catalog.current_database()) as comment,
       not exists (select from pg_catalog.pg_class c
                     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                    where n.nspname <> 'information_schema' and pg_catalog.left(n.nspname, 3) <> 'pg_'
                      and not exists (select from pg_catalog.pg_depend d
                                       where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype in ('e', 'i'))) as is_empty,
       exists (select from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) as setting
                where s.setdatabase = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
                  and s.setrole = 0 and setting ilike 'timezone=%') as has_timezone
