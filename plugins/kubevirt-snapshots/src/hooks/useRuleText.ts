// SPDX-License-Identifier: Apache-2.0
import {
  describeRule,
  type DescribedTimes,
  type RuleDescription,
  type ScheduleRule,
} from 'backstage-plugin-kubevirt-snapshots-common';
import { useCallback } from 'react';
import { useTexts, type Texts } from '../translations';
import {
  joinRanges,
  joinWords,
  monthNames,
  weekdayNames,
} from '../utils/lists';
import { useLocale } from './useLocale';

function timesText(t: Texts, times: DescribedTimes, locale: string): string {
  if (times.kind === 'at') {
    return t('ruleText.at', { times: joinWords(times.times, locale) });
  }
  const { minutes, hours, everyMinutes, everyHours } = times;
  let text: string = t('ruleText.atMinutes', {
    minutes: joinRanges(minutes, locale),
  });
  if (minutes.length === 0) {
    text = t('ruleText.everyMinute');
  } else if (everyMinutes) {
    text = t('ruleText.everyMinutes', { step: String(everyMinutes) });
  }
  if (hours.length === 0) {
    return minutes.length === 0 || everyMinutes
      ? text
      : t('ruleText.ofEveryHour', { minutes: text });
  }
  return everyHours
    ? t('ruleText.ofEveryHours', { minutes: text, step: String(everyHours) })
    : t('ruleText.ofHours', {
        minutes: text,
        hours: joinRanges(hours, locale),
      });
}

function daysText(
  t: Texts,
  { days, times: described }: RuleDescription,
  locale: string,
): string {
  const times = timesText(t, described, locale);
  const names = weekdayNames(locale);
  const weekdays = (list: number[]) =>
    joinRanges(list, locale, day => names[day]);
  switch (days.kind) {
    case 'every-day':
      return t('ruleText.everyDay', { times });
    case 'dates':
      return t(days.standIn ? 'ruleText.datesStandIn' : 'ruleText.dates', {
        times,
        dates: joinRanges(days.dates, locale),
      });
    case 'weekdays':
      return t('ruleText.weekdays', {
        times,
        weekdays: weekdays(days.weekdays),
      });
    case 'last-day':
      return t('ruleText.lastDay', { times });
    case 'nth-weekday': {
      const nth = days.nth === -1 ? 'last' : days.nth;
      return t(`ruleText.nth_${nth}` as const, {
        times,
        weekday: names[days.weekday],
      });
    }
    case 'either':
      return t('ruleText.either', {
        times,
        dates: joinRanges(days.dates, locale),
        weekdays: joinWords(
          days.weekdays.map(day => names[day]),
          locale,
          'disjunction',
        ),
      });
    default:
      return t('ruleText.both', {
        times,
        dates: joinRanges(days.dates, locale),
        weekdays: joinWords(
          days.weekdays.map(day => names[day]),
          locale,
          'disjunction',
        ),
      });
  }
}

/** Puts a rule into words; empty when it can't be read. */
export function useRuleText(): (rule: ScheduleRule) => {
  text: string;
  clock: string;
} {
  const t = useTexts();
  const locale = useLocale();
  return useCallback(
    rule => {
      const description = describeRule(rule);
      if (!description) {
        return { text: '', clock: '' };
      }
      const text = daysText(t, description, locale);
      const names = monthNames(locale);
      return {
        text:
          description.months.length > 0
            ? t('ruleText.inMonths', {
                text,
                months: joinRanges(
                  description.months,
                  locale,
                  month => names[month - 1],
                ),
              })
            : text,
        clock: t(
          description.followsClock
            ? 'ruleText.followsClock'
            : 'ruleText.fixedTime',
        ),
      };
    },
    [t, locale],
  );
}
