const DAY_MS = 86_400_000;

/** Working days by number; a day is its UTC midnight in ms. */
export interface Calendar {
  /** The nth working day. */
  timeOf(workingDay: number): number;
  /** The number of the first working day at or after `time`. */
  dayAt(time: number): number;
  monthOf(workingDay: number): number;
}

/** Monday to Friday without 24 December – 1 January, 4 July and the first Monday of September. */
export function createCalendar(from: number, to: number): Calendar {
  const days: number[] = [];
  for (let time = from; time < to; time += DAY_MS) if (isWorkingDay(new Date(time))) days.push(time);
  const timeOf = (workingDay: number) => {
    const time = days[workingDay];
    if (time === undefined) throw new RangeError(`working day ${workingDay} lies outside the calendar`);
    return time;
  };
  return {
    timeOf,
    dayAt: (time) => firstAtOrAfter(days, time),
    monthOf: (workingDay) => new Date(timeOf(workingDay)).getUTCMonth() + 1,
  };
}

function isWorkingDay(date: Date): boolean {
  const [month, day, weekday] = [date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()];
  const weekend = weekday === 0 || weekday === 6;
  const yearEnd = (month === 12 && day >= 24) || (month === 1 && day === 1);
  const labourDay = month === 9 && weekday === 1 && day <= 7;
  return !weekend && !yearEnd && !labourDay && !(month === 7 && day === 4);
}

function firstAtOrAfter(sorted: readonly number[], time: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
