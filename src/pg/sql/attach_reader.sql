-- The same for a session that only reads, on PostgreSQL 15 and newer: a question whose asker is gone must not run on, so a backend of our
-- own (never one of a pool: the mark tells) looks every 2 s whether somebody is still there. Windows cannot, and trying
-- would be a line in its log. Few functions: each is one more look into cold catalogs.
select pg_catalog.pg_backend_pid() as pid, mark,
    case mark when 'on' then
        case pg_catalog.current_setting('dynamic_shared_memory_type', true) when 'windows' then null
            else pg_catalog.set_config('client_connection_check_interval', '2s', false) end
    end as looks_for_us
from pg_catalog.current_setting('pgtend.attached', true) as mark
