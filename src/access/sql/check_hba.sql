-- Rules of pg_hba.conf for this database that let in without TLS or with a weak proof. Loopback addresses do not cross a network.
with rule as (
  select h.line_number, h.type, h.database, h.user_name, h.address, h.auth_method, h.error,
         h.type = 'local' or h.address in ('127.0.0.1', '::1', 'localhost', 'samehost') as is_here,
         pg_catalog.format('line %s of pg_hba.conf (%s %s %s %s %s)', h.line_number, h.type, pg_catalog.array_to_string(h.database, ','),
           pg_catalog.array_to_string(h.user_name, ','), coalesce(h.address, ''), h.auth_method) as words
    from pg_catalog.pg_hba_file_rules h
)
select x.severity, null as role, 'hba' as item, x.finding, x.mend
  from rule r
  cross join lateral (
    select 'warning' as severity, pg_catalog.format('line %s of pg_hba.conf is wrong: %s', r.line_number, r.error) as finding,
           'correct it: until then the server keeps the rules it had' as mend
     where r.error is not null
    union all
    select 'critical', r.words || ' lets in whoever comes over the network, without any proof', 'scram-sha-256 in place of trust'
     where r.auth_method = 'trust' and not r.is_here and r.error is null
    union all
    select 'note', r.words || ' lets in everybody on this machine as any role', 'scram-sha-256 or peer in place of trust'
     where r.auth_method = 'trust' and r.is_here and r.error is null
    union all
    select case when r.type in ('host', 'hostnossl') and not r.is_here then 'critical' else 'warning' end, r.words || ' has the password sent as it is', 'scram-sha-256 in place of password'
     where r.auth_method = 'password' and r.error is null
    union all
    select 'warning', r.words || ' takes the old md5 proof where a password is kept that way', 'scram-sha-256 in place of md5, once every password was set anew'
     where r.auth_method = 'md5' and r.error is null
    union all
    select 'warning', r.words || ' lets in over the network without TLS', 'hostssl in place of ' || r.type
     where r.type in ('host', 'hostnossl') and not r.is_here and r.auth_method not in ('reject', 'trust', 'password') and r.error is null
  ) x
 where r.error is not null or 'all' = any (r.database) or 'sameuser' = any (r.database) or 'samerole' = any (r.database) or pg_catalog.current_database()::text = any (r.database)
 order by r.line_number
