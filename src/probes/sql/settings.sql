-- Every setting of the server, with its built-in default, as this session sees it; what the session set itself is told apart by its source.
-- Those that only superusers and pg_read_all_settings may see are left out by the server for the others.
select s.name, s.setting, s.boot_val, s.unit, s.vartype, s.source, s.context, s.pending_restart as is_pending_restart, s.sourcefile as file,
       s.sourceline as line, s.source = 'configuration file' and s.sourcefile is null as is_hidden
from pg_settings s
order by s.name
