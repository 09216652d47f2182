-- What the web site asks all day.
SELECT user_profiles.display_name, count(user_preferences.id)
FROM user_profiles LEFT JOIN user_preferences USING (user_id)
WHERE user_profiles.locale = 'es'
GROUP BY user_profiles.user_id
ORDER BY 2 DESC
LIMIT 20
