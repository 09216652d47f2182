-- A session of ours whose connection was lost, if the server still has it. $1 its pid.
select a.state,
       a.state in ('idle', 'idle in transaction', 'idle in transaction (aborted)') as is_waiting
  from pg_catalog.pg_stat_activity a
 where a.pid = $1::int
   and a.application_name like 'pgtend migrate%'
   and a.usename = session_user
   and a.datname = pg_catalog.current_database();
