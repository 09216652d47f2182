-- Whether the sessions of clients are encrypted. What others' are is kept from roles without pg_read_all_stats: then ssl is null.
-- The function behind pg_stat_ssl is asked itself: planning the view takes longer than the answer.
with sessions as (
  select coalesce(a.ssl, false) or coalesce(a.gss_enc, false) as is_encrypted, a.ssl is null as is_hidden,
         a.client_port = -1 or a.client_addr <<= '127.0.0.0/8' or a.client_addr = '::1' as is_local,
         concat_ws(' ', pg_get_userbyid(nullif(a.usesysid, 0)), nullif(a.application_name, ''), 'from ' || host(a.client_addr)) as who
  from pg_stat_get_activity(null) a
  where a.datid is not null and (a.backend_type = 'client backend' or a.backend_type is null)
)
select current_setting('ssl', true) as is_offered,
       case when pg_has_role('pg_read_all_settings', 'usage') then current_setting('ssl_min_protocol_version', true) end as least_protocol,
       not pg_has_role('pg_read_all_settings', 'usage') as is_setting_hidden,
       count(*) filter (where s.is_encrypted) as encrypted,
       count(*) filter (where not s.is_encrypted and s.is_local) as local,
       count(*) filter (where not s.is_encrypted and not s.is_local) as plain,
       coalesce(bool_or(s.is_hidden), false) as is_hidden,
       array(select p.who from sessions p where not p.is_encrypted and not p.is_local and not p.is_hidden
             group by p.who order by count(*) desc, p.who limit 5) as plain_by
from sessions s
