/**
 * What the generated activities are set to resemble. Nothing here is a record of a real site: trades, subcontractors,
 * crews and weather are assumptions, chosen so that a few aggregate figures come out as published:
 *
 * - 37.7 % of finished phases more than 30 days late, 48.9 % late at all, 55 % of those due when open ones count:
 *   New York City School Construction Authority, "Capital Project Schedules and Budgets", NYC Open Data.
 *   Here 35–50 % of activities end late, over all years.
 * - Large projects typically take 20 % longer than scheduled: McKinsey & Company, "Imagining construction's digital
 *   future", 2016. Overruns are the rule, not the exception: Flyvbjerg and Gardner, "How Big Things Get Done", 2023.
 *   Here projects take 7–10 % longer: milder, so that the share of late activities stays where it is.
 * - 88 % of contractors had delayed projects in 2021, 75 % named lead times or missing material: AGC of America and
 *   Autodesk, Workforce Survey 2021. Steel pipe went from 4–8 weeks to 4–5 months: Cumming Group, "Post-COVID lead
 *   times", October 2021. Hence the doubling below; its date is our choice, so that the demo has years on both sides.
 */

/**
 * The documented change of the world: from here on materials take twice as long while suppliers still quote almost the
 * old times, and most trades have gone to subcontractors nobody has worked with.
 */
export const SHIFT_AT = Date.UTC(2023, 0, 1);

export const LEAD_TIME_FACTOR = { real: 2, quoted: 1.15 };

/** Share of activities given to a newcomer after the shift. */
export const NEWCOMER_SHARE = 0.75;

/** An activity is late when it ends more than this many working days after its planned finish. */
export const GRACE_WORKING_DAYS = 2;

/** Plans are redone every so many working days (a two-week look-ahead); until then a known delay stands in no plan. */
export const REPLAN_WORKING_DAYS = 10;

/** Effects on the logarithm of the actual over the planned duration. */
export const EFFECT = {
  /** Optimism of every estimate. */
  bias: -0.22,
  /** Since the shift estimators allow more time, in every trade alike: wrong where nothing got slower. */
  allowanceAfterShift: -0.19,
  /** Per activity of the same trade on the site beyond the first. */
  crewLoad: 0.06,
  /** Crew one person short of need, as a share of the need. */
  crewShort: 0.55,
  /** Work handed over late is handed over unfinished. */
  latePredecessors: 0.08,
  /** Crews are lent from activities that have float, at most this much. */
  float: 0.14,
  noise: 0.25,
  /** Share of the wait for material that the activity cannot work around, and the most it waits, in working days. */
  materialShare: 0.22,
  materialLimit: 8,
} as const;
