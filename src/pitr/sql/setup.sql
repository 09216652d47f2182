-- What pgBackRest needs to know of a server, and the settings of archiving as they would be without what waits for a restart.
-- Settings that this role may not see are null.
with s as (select name, setting, reset_val, pending_restart from pg_settings)
select (select s.setting from s where s.name = 'archive_mode') as archive_mode,
       (select s.pending_restart from s where s.name = 'archive_mode') as is_mode_pending,
       (select s.setting from s where s.name = 'wal_level') as wal_level,
       (select s.pending_restart from s where s.name = 'wal_level') as is_level_pending,
       (select s.reset_val from s where s.name = 'archive_command') as archive_command,
       (select s.reset_val from s where s.name = 'archive_library') as archive_library,
       (select s.setting from s where s.name = 'archive_timeout') as archive_timeout,
       (select split_part(s.setting, ',', 1) from s where s.name = 'unix_socket_directories') as socket,
       (select s.setting from s where s.name = 'unix_socket_directories') as sockets,
       (select s.setting from s where s.name = 'port') as port,
       (select s.setting from s where s.name = 'config_file') as config_file,
       (select s.setting from s where s.name = 'hba_file') as hba_file,
       (select s.setting from s where s.name = 'ident_file') as ident_file,
       current_user as role,
       (select r.rolsuper from pg_roles r where r.rolname = current_user) as is_superuser,
       pg_is_in_recovery() as is_in_recovery
