-- Encoding and locale of the database $1 (null: this session's), as CREATE DATABASE takes them.
select pg_catalog.format(' TEMPLATE template0 ENCODING %L', pg_catalog.pg_encoding_to_char(d.encoding)) ||
       pg_catalog.format(' LC_COLLATE %L LC_CTYPE %L', d.datcollate, d.datctype) ||
       case to_jsonb(d) ->> 'datlocprovider'
         when 'i' then pg_catalog.format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale')) ||
                       coalesce(pg_catalog.format(' ICU_RULES %L', nullif(to_jsonb(d) ->> 'daticurules', '')), '')
         when 'b' then pg_catalog.format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
         else ''
       end as form
  from pg_catalog.pg_database d
 where d.datname = coalesce($1::text, pg_catalog.current_database())
