-- The extensions $1 (names as '{a,b}') in the order in which they were asked for: installed here, available on this server.
select wanted.name,
       a.default_version as available,
       e.extversion as installed
  from pg_catalog.unnest($1::text[]) with ordinality as wanted (name, place)
  left join pg_catalog.pg_available_extensions a on a.name = wanted.name
  left join pg_catalog.pg_extension e on e.extname = wanted.name
 order by wanted.place
