-- Databases that runs of `restore` made and did not bring to their end, by their comment. $1: the section's name; NULL: of all. The lock is
-- (1885824100, hash of the name that it had while it was filled).
select d.datname as dbname,
       d.oid,
       pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
       d.datname ~ '^pgtend_restore_.*_[0-9a-f]{8}$' as is_scratch,
       pg_catalog.pg_has_role(d.datdba, 'USAGE') as is_ours,
       exists (select
                 from pg_catalog.pg_locks l
                where l.locktype = 'advisory'
                  and l.granted
                  and l.objsubid = 2
                  and l.classid = 1885824100
                  and l.objid::bigint = (pg_catalog.hashtext(coalesce(
                        pg_catalog.substring(pg_catalog.shobj_description(d.oid, 'pg_database') from ' as (pgtend_restore_[^ ]*_[0-9a-f]{8})[,;]'),
                        d.datname::text))::bigint & 4294967295)) as is_held
  from pg_catalog.pg_database d
 where case when $1::text is null then pg_catalog.shobj_description(d.oid, 'pg_database') like 'pgtend restore of %'
            else pg_catalog.starts_with(pg_catalog.shobj_description(d.oid, 'pg_database'), 'pgtend restore of ' || $1::text || ' since ') end
 order by 1
