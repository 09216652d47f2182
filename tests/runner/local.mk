# tests of runner/: scripts, which tests/local.mk collects
EXTRA_DIST += tests/runner/campaign.py
