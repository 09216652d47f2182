-- Extensions that are there or wanted ($1, an array), what the server has of them, and whether the library is loaded that some need from
-- the server's start on: then it has registered its settings. One that somebody wrote without the library is no setting of pg_settings.
-- Those of pg_cron, and which libraries start with the server, are told to pg_read_all_settings alone.
with wanted as (
  select w.name,
         case w.name when 'timescaledb' then 'timescaledb.disable_load' when 'pg_stat_statements' then 'pg_stat_statements.track'
                     when 'pg_cron' then case when pg_has_role('pg_read_all_settings', 'usage') then 'cron.database_name' end
                     when 'pgaudit' then 'pgaudit.log' when 'citus' then 'citus.shard_count'
                     when 'pg_stat_kcache' then 'pg_stat_kcache.track' when 'pg_qualstats' then 'pg_qualstats.enabled'
                     when 'pg_wait_sampling' then 'pg_wait_sampling.history_size' end as mark
  from (select unnest($1::text[]) as name union select extname::text from pg_extension) w
)
select w.name, e.extversion as installed, a.default_version as at_hand, a.name is not null as is_at_hand,
       w.name = any ($1::text[]) as is_wanted, w.mark,
       w.mark is not null and exists (select from pg_settings s where s.name = w.mark) as is_loaded,
       case when pg_has_role('pg_read_all_settings', 'usage') then current_setting('shared_preload_libraries') end as preloaded
from wanted w
left join pg_extension e on e.extname = w.name
left join pg_available_extensions a on a.name = w.name
order by w.name
