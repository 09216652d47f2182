-- Up Migration
CREATE INDEX idx_user_profiles_locale ON user_profiles (locale);

-- Down Migration
DROP INDEX idx_user_profiles_locale;
