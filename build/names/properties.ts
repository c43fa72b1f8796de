import { readFileSync } from "node:fs";
import * as path from "node:path";

/**
 * Long names of properties that the bundler shortens, in the libraries as well as in `src/`. A name may stand here when no JSON, no schema
 * and no object of Node's has a property of this name: there it must keep its letters. Unit tests run the sources, so only end-to-end tests
 * see a name that is here by mistake.
 */
const OF_LIBRARIES = `
  abortEarly addOption allMixed allowUnknownOption argChoices argParser bufferedData cksumValid commandArguments
  commonFieldsFromJSON consistentSnapshot copyInheritedSettings createOption credentialString
  customStreamsEndPromises defaultValueDescription envVar errorInfo escapedCommand exitPromise fdNumber
  fileDescriptors filteredHeaders filterHeaders fromJSON getDateTime getOptionValue helpOption helpWidth
  hideHelp isForcefullyTerminated isMaxBuffer issues keyIDs keyType keyVal killOnTimeout mandatory
  minWidthToWrap numberOfBins onInternalError onStreamEnd operands originalStreams parseArg parsedPath
  passThroughOptions prepareRequest presetArg processedArgs propagating registeredArguments requiredOption
  setOptionValueWithSource showGlobalOptions signedHeaders sortOptions sortSubcommands stdinCleanedUp stdioItems
  streamInfo stripFinalNewline success succinctRoles suffixLen unrecognizedFields variadic verboseInfo waitedFor
  wrapped writeErr writeOut
`;
const OF_OURS = `
  atLeast beforeByName buildBackend buildRoot buildsRoot byFiles byPolicy cacheFault cacheFolder connectMs
  constraintsFile crossing decision declaredExtras declaredGroups declaredIn deeds delegator devRequirements
  editables extrasAreKnown failureStatus globalConfFolder groupRequirements groupSources hasBuildSystem
  hasConstraints hasPylock hasRootProject inRoot installSpecs installsRoot insteadOfForeign isAnswer
  isConditional isDone isInteractive isLocked isPackage isProtoprimer isRenewed isResumed isSent isTaken
  isTerminal kernelFile knownBad leaps learning leavesOut leftOut localConfFolder localNames localProjects
  lockedNeeds logFolder mainRequirements moving mustAgree needsBit needsRepo omissions oneStart onFailure
  onImpatience onLine onlyGroups onWait overrides ownGroup ownGroups painted placeOf plainHttp preferred
  presence primeLock projectDescriptors rebuilt redraw registries relevantContents renewable requestText
  requirementLines requirementOptions requiresPython restarted retryMs ruling runPaths runsNothing scrapsOlderMs
  selected selectedEnv selectorLimitMs setupCfg setupPy silentMs solve sourceOf startedAt starting stateFault
  takesChoices takesUrgent telling terminal testRequirements timedOut tmpFolder unedited untimed uvLock
  uvSettings validator verbosity virtualProjects virtualRequirements virtualSources waitMs wayBack wayToFile
  wholeMs withoutDev withoutExtras withoutGroups workTree
`;

export const SHORTENED: readonly string[] = (OF_LIBRARIES + OF_OURS).trim().split(/\s+/);

/** Matches these names, and those of commander's methods that nothing else has. */
export function shortened(root: string): RegExp {
  const source = (file: string) => readFileSync(path.join(root, "node_modules/commander/lib", file), "utf8");
  const names = [
    ...SHORTENED,
    ...Array.from(source("command.js").matchAll(/\bthis\.(_\w{4,})/g), ([, name]) => name),
    ...Array.from(source("help.js").matchAll(/^ {2}(?!constructor)(\w{8,})\(.*\{$/gm), ([, name]) => name),
  ];
  return new RegExp(`^(?:${[...new Set(names)].join("|")})$`);
}
