-- Extensions with their versions: a restore needs the same ones.
select extname as name, extversion as version
  from pg_catalog.pg_extension
 order by extname
