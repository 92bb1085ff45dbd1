/** The word lists of the TPC-H specification (4.2.2.13 and 4.2.3), with the weights its generator gives to the words of sentences. */

function words(weighted: Readonly<Record<number, string>>): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const [weight, list] of Object.entries(weighted)) {
    for (const word of list.split(",")) all.set(word, Number(weight));
  }
  return all;
}

export const NOUNS: ReadonlyMap<string, number> = words({
  40: "packages,requests,accounts,deposits",
  20: "foxes,ideas,theodolites,pinto beans,instructions",
  10: "dependencies,excuses,platelets,asymptotes",
  5: "courts,dolphins",
  1: "multipliers,sauternes,warthogs,frets,dinos,attainments,somas,Tiresias,patterns,forges,braids,hockey players,frays,warhorses," +
    "dugouts,notornis,epitaphs,pearls,tithes,waters,orbits,gifts,sheaves,depths,sentiments,decoys,realms,pains,grouches,escapades",
});

export const VERBS: ReadonlyMap<string, number> = words({
  20: "sleep,wake,are,cajole,haggle",
  10: "nag,use,boost",
  5: "affix,detect,integrate",
  1: "maintain,nod,was,lose,sublate,solve,thrash,promise,engage,hinder,print,x-ray,breach,eat,grow,impress,mold,poach,serve,run," +
    "dazzle,snooze,doze,unwind,kindle,play,hang,believe,doubt",
});

export const ADJECTIVES: ReadonlyMap<string, number> = words({
  50: "regular",
  40: "final,ironic",
  30: "even",
  20: "special,pending,unusual,express,bold",
  10: "silent",
  1: "furious,sly,careful,blithe,quick,fluffy,slow,quiet,ruthless,thin,close,dogged,daring,brave,stealthy,permanent,enticing,idle,busy",
});

export const ADVERBS: ReadonlyMap<string, number> = words({
  50: "furiously,slyly,carefully",
  40: "blithely",
  30: "quickly",
  20: "fluffily",
  1: "sometimes,always,never,slowly,quietly,ruthlessly,thinly,closely,doggedly,daringly,bravely,stealthily,permanently,enticingly," +
    "idly,busily,regularly,finally,ironically,evenly,boldly,silently",
});

export const PREPOSITIONS: ReadonlyMap<string, number> = words({
  50: "about,above,according to,across,after",
  40: "against,along",
  30: "alongside of,among",
  20: "around",
  10: "at",
  1: "atop,before,behind,beneath,beside,besides,between,beyond,by,despite,during,except,for,from,in place of,inside,instead of,into,near," +
    "of,on,outside,over,past,since,through,throughout,to,toward,under,until,up,upon,without,with,within",
});

export const AUXILIARIES: readonly string[] =
  ("do,may,might,shall,will,would,can,could,should,ought to,must,will have to,shall have to,could have to,should have to," +
    "must have to,need to,try to").split(",");

export const TERMINATORS: ReadonlyMap<string, number> = words({ 50: ".", 1: ";,:,?,!,--" });

export const COLOURS: readonly string[] =
  ("almond,antique,aquamarine,azure,beige,bisque,black,blanched,blue,blush,brown,burlywood,burnished,chartreuse,chiffon,chocolate,coral," +
    "cornflower,cornsilk,cream,cyan,dark,deep,dim,dodger,drab,firebrick,floral,forest,frosted,gainsboro,ghost,goldenrod,green,grey," +
    "honeydew,hot,indian,ivory,khaki,lace,lavender,lawn,lemon,light,lime,linen,magenta,maroon,medium,metallic,midnight,mint,misty," +
    "moccasin,navajo,navy,olive,orange,orchid,pale,papaya,peach,peru,pink,plum,powder,puff,purple,red,rose,rosy,royal,saddle,salmon," +
    "sandy,seashell,sienna,sky,slate,smoke,snow,spring,steel,tan,thistle,tomato,turquoise,violet,wheat,white,yellow")
    .split(",");

const product = (...lists: readonly string[]): readonly string[] =>
  lists.map((list) => list.split(",")).reduce((all, next) =>
    all.flatMap((head) => next.map((tail) => `${head} ${tail}`))
  );

export const PART_TYPES: readonly string[] = product(
  "STANDARD,SMALL,MEDIUM,LARGE,ECONOMY,PROMO",
  "ANODIZED,BURNISHED,PLATED,POLISHED,BRUSHED",
  "TIN,NICKEL,BRASS,STEEL,COPPER",
);
export const CONTAINERS: readonly string[] = product("SM,LG,MED,JUMBO,WRAP", "CASE,BOX,BAG,JAR,PKG,PACK,CAN,DRUM");
export const SEGMENTS: readonly string[] = ["AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"];
export const PRIORITIES: readonly string[] = ["1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"];
export const INSTRUCTIONS: readonly string[] = ["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"];
export const SHIP_MODES: readonly string[] = ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"];

/** By key. */
export const REGIONS: readonly string[] = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"];

/** By key, with the key of the region. */
export const NATIONS: readonly (readonly [name: string, region: number])[] = [
  ["ALGERIA", 0],
  ["ARGENTINA", 1],
  ["BRAZIL", 1],
  ["CANADA", 1],
  ["EGYPT", 4],
  ["ETHIOPIA", 0],
  ["FRANCE", 3],
  ["GERMANY", 3],
  ["INDIA", 2],
  ["INDONESIA", 2],
  ["IRAN", 4],
  ["IRAQ", 4],
  ["JAPAN", 2],
  ["JORDAN", 4],
  ["KENYA", 0],
  ["MOROCCO", 0],
  ["MOZAMBIQUE", 0],
  ["PERU", 1],
  ["CHINA", 2],
  ["ROMANIA", 3],
  ["SAUDI ARABIA", 4],
  ["VIETNAM", 2],
  ["RUSSIA", 3],
  ["UNITED KINGDOM", 3],
  ["UNITED STATES", 1],
];
