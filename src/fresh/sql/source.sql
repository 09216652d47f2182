-- $2: with its size; $3: the TimeZone that a new one gets. The database $1 as one that is to be copied, or to give its name away: what it is, what we may, what stands in the way.
-- `settings`: those for everybody and for us that can show in what seeds write.
select d.oid,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       pg_catalog.pg_has_role(d.datdba, 'MEMBER') as may_give,
       r.rolname as role,
       r.rolsuper as is_super,
       r.rolsuper or r.rolcreatedb as may_create,
       r.rolsuper or d.datistemplate or pg_catalog.pg_has_role(d.datdba, 'USAGE') as may_copy,
       r.rolsuper or (r.rolcreatedb and pg_catalog.pg_has_role(d.datdba, 'USAGE')) as may_rename,
       pg_catalog.pg_is_in_recovery() as is_in_recovery,
       case when $2::bool and (pg_catalog.has_database_privilege(d.oid, 'CONNECT') or pg_catalog.pg_has_role('pg_read_all_stats', 'MEMBER'))
            then pg_catalog.pg_database_size(d.oid)
       end as bytes,
       pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
       (select pg_catalog.string_agg(c.item, E'\n' order by s.setrole, c.item)
          from (select s.setrole, s.setconfig from pg_catalog.pg_db_role_setting s where s.setdatabase = d.oid and s.setrole in (0, r.oid)
                union all
                select 0, array['TimeZone=' || $3::text] where d.oid is null) as s, pg_catalog.unnest(s.setconfig) as c (item)
         where c.item ~* '^(TimeZone|DateStyle|IntervalStyle|search_path|bytea_output|extra_float_digits|xmlbinary|xmloption|array_nulls|row_security|timezone_abbreviations|standard_conforming_strings|backslash_quote|default_text_search_config|default_table_access_method|default_tablespace|session_replication_role|client_encoding|role|lc_(messages|monetary|numeric|time)|[^.=]+[.][^=]*)='
           and c.item !~* '^(timescaledb|auto_explain|pg_stat_statements|plpgsql|pg_hint_plan|pgaudit)[.]') as settings,
       (select pg_catalog.string_agg(pg_catalog.quote_literal(p.gid), ', ' order by p.prepared) from pg_catalog.pg_prepared_xacts p where p.database = d.datname) as prepared,
       (select pg_catalog.string_agg(s.subname, ', ' order by s.subname)
          from pg_catalog.pg_subscription s
         where s.subdbid = d.oid
           and s.subenabled) as subscriptions,
       (select pg_catalog.string_agg(s.subname, ', ' order by s.subname)
          from pg_catalog.pg_subscription s
         where s.subdbid = d.oid) as all_subscriptions,
       (select pg_catalog.string_agg(s.slot_name::text, ', ' order by s.slot_name)
          from pg_catalog.pg_replication_slots s
         where s.datoid = d.oid) as slots
  from pg_catalog.pg_roles r
  left join pg_catalog.pg_database d on d.datname = $1
 where r.rolname = current_user
