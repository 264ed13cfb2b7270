import { seededRandom } from "../../gpu-runner/build-models/seededRandom.ts";

/** Words of what people ask of robots; `|` separates them. */
const words = (text: string): readonly string[] => text.split("|");

const VERBS = words(
  "pick up|grab|lift|take|fetch|hold|place|put|set|lay|drop|move|push|pull|slide|shift|turn|rotate|flip|tilt|open|close|press|wipe|clean|dry|wash|stack|sort|fold|pour|fill|empty|stir|insert|plug in|unplug|hang|pack|unpack|hand over|carry|bring|scan|inspect|align|tighten|loosen|screw in|cut|peel|shake|throw away|cover|uncover|attach|remove",
);
const MANNERS = words(
  "|||||carefully|slowly|gently|quickly|now|again|with the left hand|with the right hand|without touching the table|in one motion|as before|with two fingers|from above|from the side|and stop|and wait for me",
);
const COLORS = words(
  "red|blue|green|yellow|orange|purple|black|white|gray|brown|pink|silver|transparent|striped|dark blue|light green",
);
const QUALITIES = words(
  "|||small|large|tall|flat|heavy|empty|full|wooden|metal|plastic|glass|soft|broken|wet|round|square|half open|dusty|new|old|sealed",
);
const OBJECTS = words(
  "block|cube|cup|mug|bowl|plate|bottle|can|jar|spoon|fork|knife|pan|pot|lid|tray|box|drawer|door|handle|button|lever|switch|cable|charger|screwdriver|wrench|hammer|bolt|nut|gear|bearing|towel|sponge|cloth|shirt|sock|pillow|book|pen|marker|stapler|scissors|tape|envelope|phone|keyboard|mouse|banana|apple|lemon|carrot|tomato|egg|bread|cheese|cereal box|milk carton|tea bag|teapot|kettle|sieve|funnel|pipette|test tube|petri dish|beaker|vial|syringe|bandage|pill bottle|plant|watering can|seedling|basket|crate|pallet|parcel|label|barcode|remote control|lamp|candle|toy car|puzzle piece|ball|ring|peg|rope|hose|valve|sensor|circuit board|battery",
);
const PLACES = words(
  "the table|the shelf|the top shelf|the sink|the drawer|the left bin|the right bin|the tray|the fridge|the oven|the cutting board|the conveyor|the pallet|the toolbox|the charging dock|the rack|the counter|the floor|the windowsill|the washing machine|the trash can|the cabinet|the desk|the workbench|the scale|the microscope|the incubator|the fixture|the vise|the plate|the basket|the box by the door",
);
const RELATIONS = words("on|onto|into|next to|behind|in front of|under|above|left of|right of|beside|near");
const ROOMS = words(
  "||||in the kitchen|in the lab|in cell 3|in the warehouse|in the office|at station 7|in the bathroom|on line 2|in the greenhouse|at the front desk",
);

/**
 * Distinct instructions as people give them to robots, always the same for a seed: one to three clauses over
 * some three hundred words, so that each has near and far neighbors, as real ones do.
 */
export function* instructions(seed: number): Generator<string, never> {
  const random = seededRandom(seed);
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const thing = () => `the ${pick(QUALITIES)} ${random() < 0.6 ? pick(COLORS) : ""} ${pick(OBJECTS)}`;
  const clause = () => {
    const target = random() < 0.55 ? `${pick(RELATIONS)} ${random() < 0.7 ? pick(PLACES) : thing()}` : "";
    return `${pick(VERBS)} ${thing()} ${target} ${pick(MANNERS)}`;
  };
  const told = new Set<string>();
  for (;;) {
    const clauses = Array.from({ length: 1 + Math.floor(random() ** 2 * 3) }, clause);
    const text = `${clauses.join(" then ")} ${pick(ROOMS)}`.replace(/\s+/g, " ").trim();
    if (told.has(text)) continue;
    told.add(text);
    yield text;
  }
}
