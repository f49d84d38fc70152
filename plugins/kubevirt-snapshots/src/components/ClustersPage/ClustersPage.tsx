// SPDX-License-Identifier: Apache-2.0
import { Container, Skeleton, Text, VisuallyHidden } from '@backstage/ui';
import type { QueryClient } from '@tanstack/react-query';
import { bindingReadPermission } from 'backstage-plugin-kubevirt-snapshots-common';
import { apiFailure, revokesView } from '../../api';
import { useClusters } from '../../hooks/queries';
import { useTexts } from '../../translations';
import { EmptyState } from '../EmptyState';
import { ErrorState } from '../ErrorState';
import { Providers } from '../Providers';
import { AuthorsSection } from '../ScheduleAuthors';
import { BindingsSection } from './BindingsSection';
import sections from '../OperatorSection/OperatorSection.module.css';
import { ClustersTable } from './ClustersTable';

function Clusters() {
  const t = useTexts();
  const { data, error, refetch } = useClusters();
  const clusters = error && revokesView(error) ? undefined : data;

  if (clusters) {
    return (
      <div className={sections.section}>
        <Text as="p">{t('clusters.intro')}</Text>
        {error && (
          <ErrorState
            error={error}
            onRetry={refetch}
            title={t('clusters.failed')}
            description={apiFailure(error).message}
          />
        )}
        {clusters.length ? (
          <ClustersTable clusters={clusters} />
        ) : (
          <EmptyState
            title={t('clusters.empty')}
            text={t('clusters.emptyText')}
          />
        )}
        <BindingsSection />
        <AuthorsSection />
      </div>
    );
  }
  if (!error) {
    return (
      <div role="status" aria-busy="true">
        <VisuallyHidden>{t('clusters.loading')}</VisuallyHidden>
        <Skeleton width="100%" height={200} />
      </div>
    );
  }
  const { status, message } = apiFailure(error);
  return status === 403 ? (
    <ErrorState
      error={error}
      onRetry={refetch}
      title={t('clusters.denied')}
      description={t('clusters.deniedText', {
        permission: bindingReadPermission.name,
      })}
    />
  ) : (
    <ErrorState
      error={error}
      onRetry={refetch}
      title={t('clusters.failed')}
      description={status === undefined ? t('error.networkText') : message}
    />
  );
}

/**
 * The clusters of the plugin and whether their set-up is sound, for the people
 * who operate the portal. The page around it brings the title.
 */
export function ClustersPage(props: { queryClient?: QueryClient }) {
  return (
    <Providers queryClient={props.queryClient}>
      {/* The page around it has no main landmark. */}
      <main>
        <Container>
          <Clusters />
        </Container>
      </main>
    </Providers>
  );
}
