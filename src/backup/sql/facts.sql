-- What a manifest says of the database that was dumped. Columns that some versions lack or call otherwise are taken from the row as JSON.
select current_database() as dbname,
       pg_catalog.pg_database_size(d.oid) as bytes,
       (select coalesce(max(greatest(c.relpages, 0)::bigint), 0) * current_setting('block_size')::bigint
          from pg_catalog.pg_class c where c.relkind in ('r', 'm') and c.oid >= 16384) as largest_bytes,
       pg_catalog.pg_encoding_to_char(d.encoding) as encoding,
       d.datcollate as collate,
       d.datctype as ctype,
       case coalesce(pg_catalog.to_jsonb(d) ->> 'datlocprovider', 'c') when 'c' then 'libc' when 'i' then 'icu' when 'b' then 'builtin' end as locale_provider,
       coalesce(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale') as locale,
       pg_catalog.to_jsonb(d) ->> 'daticurules' as icu_rules,
       pg_catalog.pg_get_userbyid(d.datdba) as owner,
       current_setting('server_version') as server_version,
       coalesce(current_setting('timescaledb.restoring', true), 'off') as restoring
  from pg_catalog.pg_database d
 where d.datname = current_database()
