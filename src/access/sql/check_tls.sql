-- Whether the server can speak TLS at all, and which proof it keeps for new passwords.
select 'warning' as severity, null as role, 'tls' as item, 'ssl is off: whatever comes over the network can be read on its way' as finding,
       'ssl = on, with a certificate' as mend
 where pg_catalog.current_setting('ssl') = 'off'
   and exists (select from pg_catalog.regexp_split_to_table(pg_catalog.current_setting('listen_addresses'), '[ ,]+') a
                where a not in ('', 'localhost', '127.0.0.1', '::1'))
union all
select 'warning', null, 'password_encryption', 'new passwords are kept as md5', 'ALTER SYSTEM SET password_encryption = ''scram-sha-256''; SELECT pg_reload_conf()'
 where pg_catalog.current_setting('password_encryption') in ('md5', 'on')
