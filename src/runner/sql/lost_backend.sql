-- A session of ours whose connection was lost, if the server still has it, and whether it has waited for us for a while:
-- one that became idle just now may have our last message still before it. $1 its pid.
select a.state,
       a.state in ('idle', 'idle in transaction', 'idle in transaction (aborted)')
         and pg_catalog.clock_timestamp() - a.state_change > interval '1 second' as is_waiting
  from pg_catalog.pg_stat_activity a
 where a.pid = $1::int
   and a.application_name like 'pgtend migrate%'
   and a.usename = session_user
   and a.datname = pg_catalog.current_database();
