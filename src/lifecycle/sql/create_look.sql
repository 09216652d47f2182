-- What create must know before it makes the database $1 for the owner $2 in the tablespace $3 from the template $4 with the encoding $5 (any of them may
-- be null), asked in another database of the same server. What only newer versions have in pg_database is read by way of JSON.
select d.oid,
       d.datconnlimit = -2 as is_invalid,
       not d.datallowconn as is_closed,
       case when d.datconnlimit >= -1 then d.datconnlimit end as connection_limit,
       pg_catalog.shobj_description(d.oid, 'pg_database') as comment,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       pg_catalog.pg_encoding_to_char(d.encoding) as encoding,
       d.datcollate as "collate",
       case pg_catalog.to_jsonb(d) ->> 'datlocprovider' when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end as provider,
       coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') as locale,
       (select spcname from pg_catalog.pg_tablespace where oid = d.dattablespace) as tablespace,
       (select pg_catalog.substr(setting, pg_catalog.strpos(setting, '=') + 1)
          from pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) as setting
         where s.setdatabase = d.oid and s.setrole = 0 and setting ilike 'timezone=%') as timezone,
       (select case when source = 'client' then null else setting end from pg_catalog.pg_settings where name = 'TimeZone') as server_timezone,
       (select pg_catalog.pg_encoding_to_char(encoding) from pg_catalog.pg_database where datname = 'template1') as template_encoding,
       r.rolname as role,
       r.rolsuper as is_super,
       r.rolcreatedb or r.rolsuper as may_create,
       o.oid is not null as is_owner_there,
       case when o.oid is null then false
            when pg_catalog.current_setting('server_version_num')::int >= 160000 then pg_catalog.pg_has_role(o.oid, 'SET')
            else pg_catalog.pg_has_role(o.oid, 'MEMBER') end as may_give,
       case when o.oid is null then false else pg_catalog.pg_has_role(o.oid, 'USAGE') end as has_owners_rights,
       t.oid is not null as is_space_there,
       case when t.oid is null then false
            else t.spcname = 'pg_default' or pg_catalog.has_tablespace_privilege(t.oid, 'CREATE') end as may_use_space,
       m.oid is not null as is_template_there,
       case when m.oid is null then false
            else m.datistemplate or r.rolsuper or pg_catalog.pg_has_role(m.datdba, 'USAGE') end as may_copy,
       $5::text is null or pg_catalog.pg_char_to_encoding($5) >= 0 as is_encoding_known
  from pg_catalog.pg_roles r
  left join pg_catalog.pg_database d on d.datname = $1
  left join pg_catalog.pg_roles o on o.rolname = $2
  left join pg_catalog.pg_tablespace t on t.spcname = $3
  left join pg_catalog.pg_database m on m.datname = $4
 where r.rolname = current_user
