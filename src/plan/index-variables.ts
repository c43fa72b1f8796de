/**
 * Variables by which a user tells uv where packages come from. What was built by one serves also where it is not set (cron, the
 * image that a build leaves): nobody says there that it should come from elsewhere.
 */
export const INDEX_VARIABLES: readonly string[] = [
  ...["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"],
  ...["UV_CONFIG_FILE", "UV_NO_CONFIG"],
];
