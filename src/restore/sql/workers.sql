-- Renaming a database stops TimescaleDB's workers in it; here they begin again. Where the function is depends on the version.
do $$
begin
  if pg_catalog.to_regproc('_timescaledb_functions.start_background_workers') is not null then
    perform _timescaledb_functions.start_background_workers();
  elsif pg_catalog.to_regproc('_timescaledb_internal.start_background_workers') is not null then
    perform _timescaledb_internal.start_background_workers();
  end if;
end
$$
