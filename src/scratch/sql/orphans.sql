-- Scratch databases of one purpose ($1) on this server: whose lock is held is in use; a comment of somebody else's makes it somebody else's. The lock is
-- (1885824100, hash of the name), in whatever database its keeper is connected to.
select d.datname as dbname,
       pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
       pg_catalog.pg_has_role(d.datdba, 'USAGE') as is_ours,
       exists (select
                 from pg_catalog.pg_locks l
                where l.locktype = 'advisory'
                  and l.granted
                  and l.objsubid = 2
                  and l.classid = 1885824100
                  and l.objid::bigint = (pg_catalog.hashtext(d.datname::text)::bigint & 4294967295)) as is_held,
       (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a where a.datid = d.oid and a.backend_type = 'client backend') as clients
  from pg_catalog.pg_database d
 where d.datname ~ ('^pgtend_' || $1 || '_.*_[0-9a-f]{8}$')
 order by 1
