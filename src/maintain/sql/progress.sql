-- How far the VACUUM, VACUUM FULL, ANALYZE or REINDEX of backend $1 is, in blocks.
select phase, done, whole
  from (select phase, heap_blks_scanned as done, heap_blks_total as whole from pg_catalog.pg_stat_progress_vacuum where pid = $1::int
        union all
        select phase, heap_blks_scanned, heap_blks_total from pg_catalog.pg_stat_progress_cluster where pid = $1::int
        union all
        select phase, sample_blks_scanned, sample_blks_total from pg_catalog.pg_stat_progress_analyze where pid = $1::int
        union all
        select phase, blocks_done, blocks_total from pg_catalog.pg_stat_progress_create_index where pid = $1::int) as progress
