// SPDX-License-Identifier: Apache-2.0
import {
  ANNOTATION_ENTITY_REF,
  ANNOTATION_VM,
} from 'backstage-plugin-kubevirt-snapshots-common';
import type { ApiFailure } from '../../api';
import type { Texts } from '../../translations';

/** What is wrong and what to do about it. */
export interface FailureTexts {
  title: string;
  text: string;
}

/** Puts a refusal into words for a person. */
export function failureTexts(t: Texts, failure: ApiFailure): FailureTexts {
  const vmAnnotation = { annotation: ANNOTATION_VM };
  switch (failure.code) {
    case 'entity-not-found':
      return {
        title: t('error.entityNotFound'),
        text: t('error.entityNotFoundText'),
      };
    case 'no-annotation':
      return {
        title: t('error.noAnnotation'),
        text: t('error.noAnnotationText', vmAnnotation),
      };
    case 'malformed-annotation':
      return {
        title: t('error.malformedAnnotation'),
        text: t('error.malformedAnnotationText', vmAnnotation),
      };
    case 'not-bound':
      return {
        title: t('error.notBound'),
        text: t('error.notBoundText', { annotation: ANNOTATION_ENTITY_REF }),
      };
    case 'vm-gone':
      return { title: t('error.vmGone'), text: t('error.vmGoneText') };
    case 'unknown-cluster':
      return {
        title: t('error.unknownCluster'),
        text: t('error.unknownClusterText'),
      };
    case 'cluster-never-synced':
      return {
        title: t('error.neverSynced'),
        text: t('error.neverSyncedText'),
      };
    case 'snapshot-crds-missing':
      return {
        title: t('error.crdsMissing'),
        text: t('error.crdsMissingText'),
      };
    case 'audit-unavailable':
      return {
        title: t('error.auditUnavailable'),
        text: t('error.auditUnavailableText'),
      };
    default:
  }
  switch (failure.status) {
    case 401:
      return {
        title: t('error.unauthenticated'),
        text: t('error.unauthenticatedText'),
      };
    case 403:
      return { title: t('error.denied'), text: t('error.deniedText') };
    case 404:
      return { title: t('error.notFound'), text: failure.message };
    case 503:
      return { title: t('error.unavailable'), text: failure.message };
    case undefined:
      return { title: t('error.network'), text: t('error.networkText') };
    default:
      return { title: t('error.other'), text: failure.message };
  }
}
