-- The databases that pgtend keeps beside others: by name and comment, or, when their maker died between making and marking one, by the name alone. One
-- that has another name by now was renamed by somebody who wants to keep it.
-- $1: with their sizes. The lock is (1885824100, hash of the name), in whatever database its holder is connected to.
select d.datname as dbname,
       d.oid,
       c.comment,
       pg_catalog.pg_has_role(d.datdba, 'USAGE') as is_ours,
       case when $1::bool and (pg_catalog.has_database_privilege(d.oid, 'CONNECT') or pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER'))
            then pg_catalog.pg_database_size(d.oid)
       end as bytes,
       exists (select
                 from pg_catalog.pg_locks l
                where l.locktype = 'advisory'
                  and l.granted
                  and l.objsubid = 2
                  and l.classid = 1885824100
                  and l.objid::bigint = (pg_catalog.hashtext(d.datname::text)::bigint & 4294967295)) as is_held,
       (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a where a.datid = d.oid and a.pid <> pg_catalog.pg_backend_pid()) as clients
  from pg_catalog.pg_database d, pg_catalog.shobj_description(d.oid, 'pg_database') as c(comment)
 where d.datname ~ '^pgtend_(template|spare|snapshot|old)_.*_[0-9a-f]{8}$'
   and (c.comment is null or c.comment ~ '^pgtend (template|spare|snapshot|old) of ')
 order by d.oid desc
