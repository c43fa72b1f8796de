/**
 * Variables by which a user tells uv where packages come from. An environment that was built with one of them serves
 * also where it is not set (cron, the image that a build leaves), since nobody asks for another index there.
 */
export const INDEX_VARIABLES: readonly string[] = [
  ...["UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NO_INDEX"],
  ...["UV_CONFIG_FILE", "UV_NO_CONFIG"],
];
