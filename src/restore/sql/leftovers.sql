-- Databases that runs of `restore` made and did not bring to their end: by the comment, or by the name that they have while they are filled. The
-- lock is (1885824100, hash of that name), in whatever database its keeper is connected to.
select d.datname as dbname,
       d.oid,
       c.comment,
       d.datname ~ '^pgtend_restore_.*_[0-9a-f]{8}$' as is_scratch,
       exists (select
                 from pg_catalog.pg_locks l
                where l.locktype = 'advisory'
                  and l.granted
                  and l.objsubid = 2
                  and l.classid = 1885824100
                  and l.objid::bigint = (pg_catalog.hashtext(coalesce(pg_catalog.substring(c.comment, ' as (pgtend_restore_[^ ;]*_[0-9a-f]{8});'),
                                                                      d.datname::text))::bigint & 4294967295)) as is_held
  from pg_catalog.pg_database d, pg_catalog.shobj_description(d.oid, 'pg_database') as c(comment)
 where pg_catalog.pg_has_role(d.datdba, 'USAGE')
   and (d.datname ~ '^pgtend_restore_.*_[0-9a-f]{8}$'
        or c.comment like 'pgtend restore of %')
 order by 1
